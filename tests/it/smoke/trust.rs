//! Applications behind TLS: whom a certificate vouches for is asked, and nobody else.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use schema_health::smoke::SmokeOutcome;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::{result, run, shop};
use crate::servers::sqlite::sqlite_database;
use crate::service::harness::{CREATE_CUSTOMER, MANIFEST};

const NEW_KEY: [&str; 5] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

fn openssl(folder: &Path, arguments: &[&str]) {
    let done = Command::new("openssl").args(arguments).current_dir(folder).output().unwrap();
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Two authorities, `ours` and `other`; and what ours vouches for, by `openssl`.
struct Certificates {
    folder: TempDir,
}

impl Certificates {
    fn make() -> Self {
        let it = Self { folder: TempDir::new().unwrap() };
        for authority in ["ours", "other"] {
            let (key, certificate) = (format!("{authority}.key"), format!("{authority}.pem"));
            let subject = format!("/CN={authority}");
            let usage = ["-addext", "keyUsage=critical,keyCertSign"];
            let made =
                ["req", "-x509", "-keyout", &key, "-out", &certificate, "-days", "2", "-subj", &subject];
            openssl(it.folder.path(), &[&made[..], &NEW_KEY, &usage].concat());
        }
        it.vouch("right", "DNS:localhost,IP:127.0.0.1", "2");
        it.vouch("elsewhere", "DNS:elsewhere.example", "2");
        it.vouch("expired", "DNS:localhost,IP:127.0.0.1", "-1");
        it
    }

    fn vouch(&self, name: &str, for_whom: &str, days: &str) {
        let folder = self.folder.path();
        std::fs::write(folder.join("more"), format!("subjectAltName={for_whom}")).unwrap();
        let (key, request, certificate) =
            (format!("{name}.key"), format!("{name}.csr"), format!("{name}.pem"));
        let asked = ["req", "-keyout", &key, "-out", &request, "-subj", "/CN=app"];
        openssl(folder, &[&asked[..], &NEW_KEY].concat());
        let by = ["-CA", "ours.pem", "-CAkey", "ours.key", "-CAcreateserial", "-extfile", "more"];
        let signed = ["x509", "-req", "-in", &request, "-out", &certificate, "-days", days];
        openssl(folder, &[&signed[..], &by].concat());
    }

    fn path(&self, file: &str) -> String {
        self.folder.path().join(file).display().to_string()
    }

    /// An application that answers `GET` by TLS with this certificate; its port.
    async fn serve(&self, name: &str) -> u16 {
        let pem = |ending: &str| std::fs::read(self.path(&format!("{name}.{ending}"))).unwrap();
        let chain = CertificateDer::pem_slice_iter(&pem("pem")).map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_slice(&pem("key")).unwrap();
        let versions = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = versions.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let acceptor = TlsAcceptor::from(Arc::new(config.with_single_cert(chain, key).unwrap()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
                stream.write_all(answer).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        });
        port
    }
}

/// Asks once, with the certificate that the configuration names.
async fn ask(url: &str, ca_file: Option<&str>) -> (SmokeOutcome, String) {
    let database = sqlite_database().await;
    let ledger = "CREATE TABLE django_migrations (id integer PRIMARY KEY, app text NOT NULL, name text NOT NULL, \
                  applied text NOT NULL)";
    database.execute(&format!("{ledger}; {CREATE_CUSTOMER}")).await;
    let trust = ca_file.map(|it| format!("ca_file: {it}\n")).unwrap_or_default();
    let smoke = format!("{trust}base_url: {url}\nchecks: [{{name: it, http: /, body: {{contains: hello}}}}]");
    let run = run(&shop(MANIFEST, &database.url(), &smoke)).await;
    let result = result(&run, "it");
    (result.outcome, result.message.clone())
}

#[tokio::test]
async fn a_peer_is_asked_when_the_named_certificate_vouches_for_it() {
    let certificates = Certificates::make();
    let (ours, other) = (certificates.path("ours.pem"), certificates.path("other.pem"));
    let right = certificates.serve("right").await;
    let passed = (SmokeOutcome::Passed, "answered 200, and its body is as expected".to_owned());
    let failed = |why: &str| (SmokeOutcome::Failed, format!("no connection by TLS: {why}"));

    assert_eq!(ask(&format!("https://localhost:{right}"), Some(&ours)).await, passed);
    assert_eq!(ask(&format!("https://127.0.0.1:{right}"), Some(&ours)).await, passed);

    let not_trusted =
        failed("its certificate is not trusted: name the one that vouches for it in smoke.ca_file");
    assert_eq!(ask(&format!("https://localhost:{right}"), Some(&other)).await, not_trusted);
    assert_eq!(ask(&format!("https://localhost:{right}"), None).await, not_trusted, "by the system's own");

    let elsewhere = certificates.serve("elsewhere").await;
    let another = failed("its certificate is for another name than that of the URL");
    assert_eq!(ask(&format!("https://localhost:{elsewhere}"), Some(&ours)).await, another);
    let expired = certificates.serve("expired").await;
    let too_old = failed("its certificate has expired");
    assert_eq!(ask(&format!("https://localhost:{expired}"), Some(&ours)).await, too_old);

    // Spoken to without TLS, and the other way round.
    let plain = ask(&format!("http://localhost:{right}"), Some(&ours)).await;
    assert_eq!(plain.0, SmokeOutcome::Failed, "{plain:?}");
}

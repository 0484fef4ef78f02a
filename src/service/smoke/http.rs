//! One request to the application, and what its answer is worth.
//!
//! Written over hyper's connection, without a pool and without a client's conveniences: nothing of the environment
//! (proxies, netrc) has a say, a redirect goes nowhere that the configuration does not name, and a stranger's answer
//! is read no further than need be.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::header::{ACCEPT, ACCEPT_ENCODING, CONNECTION, HOST, LOCATION, USER_AGENT};
use axum::http::{HeaderName, HeaderValue, Request, Response};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use secrecy::ExposeSecret;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_util::task::AbortOnDropHandle;
use url::{Host, Url};

use crate::smoke::{AllowedHost, Attempt, BodyExpectation, HttpCheck, is_allowed};

/// As browsers have it, a chain of more is a circle.
const MOST_REDIRECTS: usize = 5;
/// All the headers of an answer together; more is refused.
const LARGEST_HEAD: usize = 64 << 10;
const MOST_HEADERS: usize = 200;
/// Of an answer that is wrong, so much is looked through for what it accuses.
const EVIDENCE: usize = 64 << 10;
const EVIDENCE_PATIENCE: Duration = Duration::from_secs(1);
/// Addresses of one name that are tried.
const MOST_ADDRESSES: usize = 4;

/// Asks once. `suspects` are tables that are missing: those that a wrong answer names are accused.
/// It is the caller who ends it when `budget` is over; here the budget is only shared out.
pub async fn ask(
    check: &HttpCheck,
    hosts: &[AllowedHost],
    tls: &Result<Arc<ClientConfig>, String>,
    suspects: &[String],
    budget: Duration,
) -> Attempt {
    let asking = Asking { check, hosts, tls, suspects, budget };
    match asking.follow().await {
        Ok(attempt) => attempt,
        Err(message) => Attempt::Failed { message, accused: Vec::new() },
    }
}

struct Asking<'a> {
    check: &'a HttpCheck,
    hosts: &'a [AllowedHost],
    tls: &'a Result<Arc<ClientConfig>, String>,
    suspects: &'a [String],
    budget: Duration,
}

/// An answer whose body is still to come, and the connection that it comes by.
struct Answer {
    response: Response<Incoming>,
    _connection: AbortOnDropHandle<()>,
}

impl Asking<'_> {
    async fn follow(&self) -> Result<Attempt, String> {
        let mut url =
            Url::parse(self.check.url.expose_secret()).map_err(|_| "its URL cannot be read".to_owned())?;
        let first = url.origin();
        for _ in 0..=MOST_REDIRECTS {
            if !is_allowed(self.hosts, &url) {
                return Err("it leads to a host that is not allowed".to_owned());
            }
            let answer = self.send(&url, url.origin() == first).await?;
            let location = answer.response.headers().get(LOCATION).filter(|_| self.check.follow_redirects);
            let status = answer.response.status();
            match location.filter(|_| matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)) {
                Some(location) => url = self.redirected(&url, location)?,
                None => return self.judge(answer).await,
            }
        }
        Err(format!("it was redirected more than {MOST_REDIRECTS} times"))
    }

    /// Where a redirect leads, if a request may follow.
    fn redirected(&self, from: &Url, location: &HeaderValue) -> Result<Url, String> {
        let unreadable = || "it was redirected to something that is no URL".to_owned();
        let text = location.to_str().map_err(|_| unreadable())?;
        let to = from.join(text).map_err(|_| unreadable())?;
        if !is_allowed(self.hosts, &to) {
            // Not which one: a stranger's text may repeat what it was sent.
            return Err("it was redirected to a host that smoke.hosts does not name".to_owned());
        }
        if from.scheme() == "https" && to.scheme() == "http" {
            return Err("it was redirected from https to http".to_owned());
        }
        Ok(to)
    }

    async fn send(&self, url: &Url, with_headers: bool) -> Result<Answer, String> {
        let stream = self.connect(url).await?;
        let request = self.request(url, with_headers)?;
        if url.scheme() == "https" {
            let config = self.tls.as_ref().map_err(String::clone)?;
            let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
            let name =
                ServerName::try_from(host).map_err(|_| "its host cannot be asked by TLS".to_owned())?;
            let stream = TlsConnector::from(Arc::clone(config)).connect(name, stream).await;
            let stream = stream.map_err(|error| format!("no connection by TLS: {}", why_no_tls(&error)))?;
            exchange(stream, request).await
        } else {
            exchange(stream, request).await
        }
    }

    async fn connect(&self, url: &Url) -> Result<TcpStream, String> {
        let port = url.port_or_known_default().unwrap_or(80);
        let addresses: Vec<SocketAddr> = match url.host() {
            Some(Host::Ipv4(address)) => vec![(address, port).into()],
            Some(Host::Ipv6(address)) => vec![(address, port).into()],
            Some(Host::Domain(name)) => match lookup_host((name, port)).await {
                Ok(found) => found.take(MOST_ADDRESSES).collect(),
                Err(_) => return Err("the name of its host could not be resolved".to_owned()),
            },
            None => Vec::new(),
        };
        let mut last = "the name of its host leads nowhere".to_owned();
        let share = self.budget / u32::try_from(addresses.len().max(1)).unwrap_or(1);
        for address in addresses {
            match timeout(share, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => last = format!("no connection: {}", error.kind()),
                Err(_) => last = format!("no connection within {share:?}"),
            }
        }
        Err(last)
    }

    /// What was configured is for the first host alone: another one gets no header that may be a secret.
    fn request(&self, url: &Url, with_headers: bool) -> Result<Request<Empty<Bytes>>, String> {
        let target = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let authority = match url.port() {
            Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
            None => url.host_str().unwrap_or_default().to_owned(),
        };
        let built = Request::builder().method(self.check.method.as_str()).uri(target).body(Empty::new());
        let mut request = built.map_err(|_| "its URL cannot be asked for".to_owned())?;
        let headers = request.headers_mut();
        let host = HeaderValue::try_from(authority).map_err(|_| "its host cannot be asked for".to_owned())?;
        headers.insert(HOST, host);
        headers.insert(
            USER_AGENT,
            HeaderValue::from_static(concat!("schema-health/", env!("CARGO_PKG_VERSION"))),
        );
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        for (name, value) in self.check.headers.iter().filter(|_| with_headers) {
            let name = HeaderName::try_from(name.as_str());
            let value = HeaderValue::try_from(value.expose_secret());
            let (Ok(name), Ok(mut value)) = (name, value) else { continue };
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(request)
    }

    async fn judge(&self, answer: Answer) -> Result<Attempt, String> {
        let status = answer.response.status().as_u16();
        let met = format!("answered {status}");
        if !self.check.status.accepts(status) {
            let message = format!("{met} instead of {}", self.check.status);
            return Ok(Attempt::Failed { message, accused: self.accused_by(answer).await });
        }
        let Some(expectation) = &self.check.body else { return Ok(Attempt::Passed(met)) };
        let (body, is_whole) = read_body(answer, self.check.largest_body).await;
        let (body, is_whole) = (String::from_utf8_lossy(&body), is_whole?);
        if expectation.accepts(&body) {
            return Ok(Attempt::Passed(format!("{met}, and its body is as expected")));
        }
        let what = match expectation {
            BodyExpectation::Contains(_) => "does not contain what it should",
            BodyExpectation::Matches(_) => "does not match what it should",
        };
        let extent = match is_whole {
            true => String::new(),
            false => format!(", as far as its first {} bytes go", self.check.largest_body),
        };
        Ok(Attempt::Failed {
            message: format!("{met}, but its body {what}{extent}"),
            accused: self.named_in(&body),
        })
    }

    /// The suspects that a wrong answer names, if its body comes soon.
    async fn accused_by(&self, answer: Answer) -> Vec<String> {
        if self.suspects.is_empty() {
            return Vec::new();
        }
        match timeout(EVIDENCE_PATIENCE.min(self.budget / 2), read_body(answer, EVIDENCE)).await {
            Ok((body, _)) => self.named_in(&String::from_utf8_lossy(&body)),
            Err(_) => Vec::new(),
        }
    }

    fn named_in(&self, body: &str) -> Vec<String> {
        self.suspects.iter().filter(|name| stands_in(body, name)).cloned().collect()
    }
}

async fn exchange<S>(stream: S, request: Request<Empty<Bytes>>) -> Result<Answer, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut client = hyper::client::conn::http1::Builder::new();
    client.max_buf_size(LARGEST_HEAD).max_headers(MOST_HEADERS);
    let (mut sender, connection) =
        client.handshake(TokioIo::new(stream)).await.map_err(|error| why_no_answer(&error))?;
    // What the connection meets is told by the answer's own errors.
    let connection = AbortOnDropHandle::new(tokio::spawn(async move { drop(connection.await) }));
    let response = sender.send_request(request).await.map_err(|error| why_no_answer(&error))?;
    Ok(Answer { response, _connection: connection })
}

/// At most `most` bytes, and whether that is all; what came before the connection broke is given too.
async fn read_body(answer: Answer, most: usize) -> (Vec<u8>, Result<bool, String>) {
    let mut read = Vec::new();
    let mut body = answer.response.into_body();
    while let Some(frame) = body.frame().await {
        match frame.map(|frame| frame.into_data()) {
            Ok(Ok(data)) => {
                let room = most - read.len();
                read.extend_from_slice(&data[..data.len().min(room)]);
                if data.len() > room {
                    return (read, Ok(false));
                }
            }
            Ok(Err(_trailers)) => {}
            Err(_) => return (read, Err("its answer broke off".to_owned())),
        }
    }
    (read, Ok(true))
}

/// Whether `name` stands in `text` as a whole word.
fn stands_in(text: &str, name: &str) -> bool {
    let belongs = |character: char| character.is_alphanumeric() || character == '_';
    text.match_indices(name).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(belongs)
            && !text[at + name.len()..].chars().next().is_some_and(belongs)
    })
}

fn why_no_answer(error: &hyper::Error) -> String {
    let why = if error.is_parse_too_large() {
        "its headers are too large"
    } else if error.is_parse() {
        "it answered what is no HTTP"
    } else if error.is_incomplete_message() {
        "it closed the connection without an answer"
    } else {
        "the connection broke before it answered"
    };
    why.to_owned()
}

fn why_no_tls(error: &std::io::Error) -> String {
    use tokio_rustls::rustls::{CertificateError, Error};
    match error.get_ref().and_then(|it| it.downcast_ref::<Error>()) {
        Some(Error::InvalidCertificate(why)) => match why {
            CertificateError::UnknownIssuer => {
                "its certificate is not trusted: name the one that vouches for it in smoke.ca_file".to_owned()
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "its certificate has expired".to_owned()
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "its certificate is not valid yet: compare the clocks".to_owned()
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "its certificate is for another name than that of the URL".to_owned()
            }
            // Of the library, which may learn more.
            _ => "its certificate is not valid".to_owned(),
        },
        Some(_) => "it could not be agreed on".to_owned(),
        None => error.kind().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_as_a_whole_word() {
        assert!(stands_in("relation &quot;accounts_user&quot; does not exist", "accounts_user"));
        assert!(stands_in("FROM x", "x"));
        assert!(!stands_in("accounts_username", "accounts_user"));
        assert!(!stands_in("my_accounts_user", "accounts_user"));
        assert!(!stands_in("äaccounts_user", "accounts_user"));
    }
}

//! Stands before a server and can hold one request back, so that something happens in mid-audit.

use std::sync::Arc;
use std::sync::Mutex;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

#[derive(Clone)]
pub struct Proxy {
    pub port: u16,
    gate: Arc<Gate>,
}

#[derive(Default)]
struct Gate {
    /// The next request that holds this text is held back.
    wanted: Mutex<Option<String>>,
    held: Notify,
    released: Notify,
    cut: Notify,
}

impl Proxy {
    pub async fn start(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self { port: listener.local_addr().unwrap().port(), gate: Arc::default() };
        let gate = Arc::clone(&proxy.gate);
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let server = TcpStream::connect(&server).await.unwrap();
                tokio::spawn(Arc::clone(&gate).forward(client, server));
            }
        });
        proxy
    }

    /// Arms the gate; what is returned waits until a request with `text` stands before it.
    pub fn hold(&self, text: &str) -> impl Future<Output = ()> {
        *self.gate.wanted.lock().unwrap() = Some(text.to_owned());
        let gate = Arc::clone(&self.gate);
        async move { gate.held.notified().await }
    }

    pub fn release(&self) {
        self.gate.released.notify_one();
    }

    /// Closes the connection whose request is held back; the request never arrives.
    pub fn cut(&self) {
        self.gate.cut.notify_one();
    }
}

impl Gate {
    async fn forward(self: Arc<Self>, client: TcpStream, server: TcpStream) {
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let answers = tokio::spawn(async move {
            let _ = copy(&mut from_server, &mut to_client).await;
        });
        let mut request = vec![0; 64 << 10];
        while let Ok(length @ 1..) = from_client.read(&mut request).await {
            let is_wanted = {
                let mut wanted = self.wanted.lock().unwrap();
                let text = String::from_utf8_lossy(&request[..length]);
                wanted.take_if(|it| text.contains(&**it)).is_some()
            };
            if is_wanted {
                self.held.notify_one();
                tokio::select! {
                    () = self.released.notified() => {}
                    () = self.cut.notified() => {
                        answers.abort();
                        return;
                    }
                }
            }
            if to_server.write_all(&request[..length]).await.is_err() {
                break;
            }
        }
        drop(to_server);
        let _ = answers.await;
    }
}

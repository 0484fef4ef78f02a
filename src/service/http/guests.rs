//! Bounds how many connections are open at a time, so that clients do not use up the files that audits need.
//!
//! Whoever comes is served: beyond the bound the oldest connection is closed, so that a crowd of idle ones
//! keeps no probe out.

use std::collections::BTreeMap;
use std::future::{Ready, ready};
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum_server::accept::Accept;
use futures_util::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tracing::warn;

/// More than probes, scrapers and people need; half of 1,024, the least that systems let a process open.
const MOST: usize = 512;
const TELL_EVERY: Duration = Duration::from_secs(60);

/// The connections that are open.
#[derive(Clone, Default)]
pub struct Guests(Arc<Mutex<List>>);

#[derive(Default)]
struct List {
    came: u64,
    /// By their coming.
    open: BTreeMap<u64, Arc<Door>>,
    last_told: Option<Instant>,
}

/// By which a connection is asked to leave. One waker is enough: one task reads and writes a connection.
#[derive(Default)]
struct Door {
    is_shown: AtomicBool,
    waker: AtomicWaker,
}

impl Door {
    fn show(&self) {
        self.is_shown.store(true, Ordering::Release);
        self.waker.wake();
    }

    fn is_shown(&self, context: &Context<'_>) -> bool {
        self.waker.register(context.waker());
        self.is_shown.load(Ordering::Acquire)
    }
}

/// One connection; it ends when it is asked to leave.
pub struct Guest {
    stream: TcpStream,
    door: Arc<Door>,
    number: u64,
    guests: Guests,
}

impl Guests {
    fn welcome(&self, stream: TcpStream) -> Guest {
        let mut list = self.list();
        if list.open.len() >= MOST
            && let Some((_, oldest)) = list.open.pop_first()
        {
            oldest.show();
            if list.last_told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
                list.last_told = Some(Instant::now());
                warn!("more than {MOST} connections to this service are open: the oldest are closed");
            }
        }
        let door = Arc::<Door>::default();
        let number = list.came;
        list.came += 1;
        list.open.insert(number, Arc::clone(&door));
        Guest { stream, door, number, guests: self.clone() }
    }

    fn list(&self) -> MutexGuard<'_, List> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> Accept<TcpStream, S> for Guests {
    type Stream = Guest;
    type Service = S;
    type Future = Ready<io::Result<(Guest, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        ready(Ok((self.welcome(stream), service)))
    }
}

impl Guest {
    /// What came of a try to read or write. Who has to wait may be asked to leave; sooner or later everybody waits,
    /// for tokio lets no task go on for ever.
    fn unless_shown_out<T>(&self, tried: Poll<io::Result<T>>, context: &Context<'_>) -> Poll<io::Result<T>> {
        if tried.is_pending() && self.door.is_shown(context) {
            return Poll::Ready(Err(ErrorKind::ConnectionAborted.into()));
        }
        tried
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.guests.list().open.remove(&self.number);
    }
}

impl AsyncRead for Guest {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.unless_shown_out(read, context)
    }
}

impl AsyncWrite for Guest {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.unless_shown_out(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.unless_shown_out(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

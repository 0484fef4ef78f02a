//! Bounds how many connections are open at a time, so that clients do not use up the files that audits need.
//!
//! Whoever comes is served: beyond the bound the oldest connection is closed, so that a crowd of idle ones
//! keeps no probe out.

use std::collections::BTreeMap;
use std::future::{Ready, ready};
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
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
    open: BTreeMap<u64, CancellationToken>,
    last_told: Option<Instant>,
}

/// One connection; it ends when it is asked to leave.
pub struct Guest {
    stream: TcpStream,
    leave: Pin<Box<WaitForCancellationFutureOwned>>,
    number: u64,
    guests: Guests,
}

impl Guests {
    fn welcome(&self, stream: TcpStream) -> Guest {
        let mut list = self.list();
        if list.open.len() >= MOST
            && let Some((_, oldest)) = list.open.pop_first()
        {
            oldest.cancel();
            if list.last_told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
                list.last_told = Some(Instant::now());
                warn!("more than {MOST} connections to this service are open: the oldest are closed");
            }
        }
        let token = CancellationToken::new();
        let number = list.came;
        list.came += 1;
        list.open.insert(number, token.clone());
        Guest { stream, leave: Box::pin(token.cancelled_owned()), number, guests: self.clone() }
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
    fn is_to_leave(&mut self, context: &mut Context<'_>) -> bool {
        self.leave.as_mut().poll(context).is_ready()
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
        if self.is_to_leave(context) {
            return Poll::Ready(Err(ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Guest {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.is_to_leave(context) {
            return Poll::Ready(Err(ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.is_to_leave(context) {
            return Poll::Ready(Err(ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
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

//! At most eight requests in flight.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use graph::GraphDirectory;
use token_core::ports::Directory;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::sleep,
};

use crate::mock_graph::{MockGraph, RETRIES};

/// Latency of each response: long enough for all callers to send their requests, if they may.
const LATENCY: Duration = Duration::from_millis(30);
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n{\"value\":[]}";

/// The current and the highest number of requests in flight.
#[derive(Default)]
struct Load {
    now: AtomicUsize,
    peak: AtomicUsize,
}

async fn serve(mut stream: TcpStream, load: Arc<Load>) {
    let mut buffer = [0; 8 * 1024];
    while stream.read(&mut buffer).await.is_ok_and(|length| length > 0) {
        let now = load.now.fetch_add(1, Ordering::SeqCst) + 1;
        load.peak.fetch_max(now, Ordering::SeqCst);
        sleep(LATENCY).await;
        load.now.fetch_sub(1, Ordering::SeqCst);
        stream.write_all(ANSWER).await.unwrap();
    }
}

#[tokio::test]
async fn at_most_eight_requests_are_in_flight() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mock = MockGraph::start().await;
    let mut settings = mock.settings();
    settings.endpoint = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let load = Arc::new(Load::default());
    let counted = load.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, counted.clone()));
        }
    });
    let directory: Arc<dyn Directory + Send + Sync> =
        Arc::new(GraphDirectory::with_retries(settings, RETRIES).unwrap());
    for page in join_all((0..20).map(|_| directory.tokens(None))).await {
        page.unwrap();
    }
    assert_eq!(load.peak.load(Ordering::SeqCst), 8);
}

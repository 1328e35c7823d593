//! At most eight requests in flight.

use std::sync::Arc;

use futures_util::future::{join, join_all};
use graph::GraphDirectory;
use token_core::ports::Directory;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
};

use crate::mock_graph::{MockGraph, RETRIES};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n{\"value\":[]}";
/// A request that is answered at once.
const PROBE: &[u8] = b"GET /probe HTTP/1.1\r\n\r\n";

/// The number of requests that arrived, and the answers that may be given.
struct Held {
    arrived: watch::Sender<usize>,
    answers: Semaphore,
}

async fn serve(mut stream: TcpStream, held: Arc<Held>) {
    let mut buffer = [0; 8 * 1024];
    while let Ok(length @ 1..) = stream.read(&mut buffer).await {
        if &buffer[..length] != PROBE {
            held.arrived.send_modify(|arrived| *arrived += 1);
            held.answers.acquire().await.unwrap().forget();
        }
        stream.write_all(ANSWER).await.unwrap();
    }
}

#[tokio::test]
async fn at_most_eight_requests_are_in_flight() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mock = MockGraph::start().await;
    let mut settings = mock.settings();
    settings.endpoint = format!("http://{address}").parse().unwrap();
    let held = Arc::new(Held { arrived: watch::Sender::new(0), answers: Semaphore::new(0) });
    let server = Arc::clone(&held);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&server)));
        }
    });
    let directory: Arc<dyn Directory + Send + Sync> =
        Arc::new(GraphDirectory::with_retries(settings, RETRIES).unwrap());
    let calls = join_all((0..20).map(|_| directory.tokens(None)));
    let each_answer_admits_one = async {
        let mut arrived = held.arrived.subscribe();
        for expected in 8..=20 {
            arrived.wait_for(|arrived| *arrived >= expected).await.unwrap();
            // A later connection is accepted after earlier ones: what was sent before has arrived, too.
            let mut probe = TcpStream::connect(address).await.unwrap();
            probe.write_all(PROBE).await.unwrap();
            probe.read_exact(&mut [0; ANSWER.len()]).await.unwrap();
            assert_eq!(*arrived.borrow(), expected, "no further request is sent while eight are unanswered");
            held.answers.add_permits(1);
        }
        held.answers.add_permits(20);
    };
    let (pages, ()) = join(calls, each_answer_admits_one).await;
    assert!(pages.iter().all(Result::is_ok));
    assert_eq!(*held.arrived.borrow(), 20);
}

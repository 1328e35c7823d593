//! The readers of containers, in a file of their own in a release build.

use std::{cell::Cell, pin::Pin};

use leptos::wasm_split::SplitLoaderError;
use seed_readers::{OpenNeed, OpenRequest, Opened};

use crate::browser::Yielder;

/// A file that is being opened.
type Reading = Pin<Box<dyn Future<Output = Result<Opened, OpenNeed>>>>;

/// Loads the readers and begins to open a file.
#[cfg(feature = "split")]
#[leptos::wasm_split::wasm_split(seed_containers, wasm_split_path = leptos::wasm_split, fallible)]
pub fn begin(bytes: Vec<u8>, request: OpenRequest) -> Result<Reading, SplitLoaderError> {
    Ok(Box::pin(open(bytes, request)))
}

/// Begins to open a file.
#[cfg(not(feature = "split"))]
pub async fn begin(bytes: Vec<u8>, request: OpenRequest) -> Result<Reading, SplitLoaderError> {
    Ok(Box::pin(open(bytes, request)))
}

async fn open(bytes: Vec<u8>, request: OpenRequest) -> Result<Opened, OpenNeed> {
    let yielder = Cell::new(Some(Yielder::begin()));
    let pause = async || {
        if let Some(mut taken) = yielder.take() {
            taken.yield_if_due(|| ()).await;
            yielder.set(Some(taken));
        }
    };
    seed_readers::open_in_slices(bytes, &request, &pause).await
}

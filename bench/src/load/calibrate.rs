//! What this machine could do at best, measured in the same run: everything else is told as a share of it.

use super::drive::Outcome;
use anyhow::Result;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use axum::{Json, Router, routing::get};
use serde_json::json;
use std::{
    fs::File,
    io::Write,
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};
use tokio::net::TcpListener;

/// Serves one bare axum route until the process is ended: JSON of the size of a session check, and nothing around it.
///
/// # Errors
/// When the address is taken.
pub async fn hello(at: SocketAddr) -> Result<()> {
    let body = json!({ "hello": "x".repeat(330) });
    let router = Router::new().route("/", get(move || async move { Json(body) }));
    axum::serve(TcpListener::bind(at).await?, router).await?;
    Ok(())
}

/// Argon2id hashes a second at the cost Latchkey has by default (19 MiB, two passes), one thread a core and nothing else in between.
/// Each thread keeps its memory, as nothing faster could be.
///
/// # Errors
/// When the cost is refused.
pub fn hashes(time: Duration) -> Result<Outcome> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let params = Params::new(19 * 1024, 2, 1, Some(32))?;
    let start = Instant::now();
    let threads: Vec<_> = (0..cores)
        .map(|_| {
            let params = params.clone();
            std::thread::spawn(move || {
                let mut memory = vec![Block::default(); params.block_count()];
                let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
                let mut waits = Vec::new();
                while start.elapsed() < time {
                    let (began, mut tag) = (Instant::now(), [0; 32]);
                    let done = argon2.hash_password_into_with_memory(
                        b"correct horse battery staple",
                        &[7; 16],
                        &mut tag,
                        &mut memory,
                    );
                    done.expect("the parameters were accepted");
                    std::hint::black_box(tag);
                    waits.push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX));
                }
                waits
            })
        })
        .collect();
    let waits = threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect();
    Ok(Outcome::new(waits, start.elapsed()))
}

/// Appends of 4 KiB a second that are on the disk before the next: what one writer who never shares a commit cannot exceed.
///
/// # Errors
/// When the file cannot be written.
pub fn syncs(folder: &Path, time: Duration) -> Result<Outcome> {
    let path = folder.join("syncs");
    let mut file = File::create(&path)?;
    let (start, mut waits) = (Instant::now(), Vec::new());
    while start.elapsed() < time {
        let began = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        waits.push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    std::fs::remove_file(path)?;
    Ok(Outcome::new(waits, start.elapsed()))
}

//! The listeners of the Developer API and of the REST APIs.

use std::{
    future::Future,
    sync::{Arc, Weak},
};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::{Request, body::Incoming, http::request::Parts, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

use super::{
    Database, Upstash,
    respond::{Responded, Surroundings, to_bearer, to_owner},
};
use crate::{redis::Fleet, strike::Dropped};

/// Serves the Developer API.
pub(super) async fn developer_api(upstash: Weak<Upstash>, listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        let upstash = upstash.clone();
        tokio::spawn(serve(stream, move |head, body| {
            let upstash = upstash.clone();
            async move {
                let upstash = upstash.upgrade().ok_or(Dropped::Reset)?;
                to_owner(&upstash, upstash.surroundings(None), &head, &body).await
            }
        }));
    }
}

/// Opens the listener for the REST API of a database.
pub(super) async fn open(fleet: &Fleet, database: &Database) -> anyhow::Result<(TcpListener, TlsAcceptor)> {
    let address = database.node.address();
    let listener = TcpListener::bind((address, database.port())).await?;
    let files = fleet.certificate(&format!("upstash-{}", database.name), &[address])?;
    let certificates = CertificateDer::pem_file_iter(&files.certificate)?.collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_file(&files.key)?;
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(certificates, key)?;
    Ok((listener, TlsAcceptor::from(Arc::new(config))))
}

/// Serves the REST API of a database.
pub(super) async fn rest(
    database: Arc<Database>,
    surroundings: Surroundings,
    listener: TcpListener,
    acceptor: TlsAcceptor,
) {
    while let Ok((stream, _)) = listener.accept().await {
        let (database, surroundings, acceptor) = (database.clone(), surroundings.clone(), acceptor.clone());
        tokio::spawn(async move {
            // Nagle's algorithm would delay small commands. An error is harmless: the socket still works.
            let _ = stream.set_nodelay(true);
            // A failed handshake is the client's concern: it does not trust the certificate, for example.
            if let Ok(stream) = acceptor.accept(stream).await {
                serve(stream, move |head, body| {
                    let (database, surroundings) = (database.clone(), surroundings.clone());
                    async move { to_bearer(&database, surroundings, &head, &body).await }
                })
                .await;
            }
        });
    }
}

async fn serve<S, F, R>(stream: S, answer: F)
where
    S: AsyncRead + AsyncWrite + Unpin,
    F: Fn(Parts, Bytes) -> R,
    R: Future<Output = Responded> + Send + 'static,
{
    let answer = service_fn(|request: Request<Incoming>| async {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| Dropped::Reset)?.to_bytes();
        // A task of its own, so that the request is carried out even if the client disconnects.
        tokio::spawn(answer(head, body)).await.map_err(|_| Dropped::Reset)?
    });
    // An error here is a client that disconnected, or a connection that a fault dropped.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
}

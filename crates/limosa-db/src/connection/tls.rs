//! TLS to PostgreSQL, with the meanings of libpq's `sslmode`; and the certificates for other databases.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{DbError, DbErrorKind};
use crate::url::DatabaseUrl;

/// How far the server's certificate is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    /// Any certificate.
    Anyone,
    /// One of a known authority, for any name.
    Authority,
    /// One of a known authority, for the name that was asked for.
    Full,
}

/// Builds the TLS side of a connection from `sslmode`, `sslrootcert`, `sslcert` and `sslkey`.
///
/// As in libpq, `require` verifies the authority when `sslrootcert` is given, and `sslrootcert=system` means the roots of the
/// operating system, which are also taken when a verifying mode names none.
pub(crate) fn connector(url: &DatabaseUrl) -> Result<MakeRustlsConnect, DbError> {
    let provider = Arc::new(ring::default_provider());
    let roots = url.option("sslrootcert");
    let trust = match url.option("sslmode") {
        Some("verify-full") => Trust::Full,
        _ if roots == Some("system") => Trust::Full,
        Some("verify-ca") => Trust::Authority,
        Some("require") if roots.is_some() => Trust::Authority,
        _ => Trust::Anyone,
    };
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|wrong| error(&wrong.to_string()))?;
    let inner = match trust {
        Trust::Anyone => None,
        Trust::Authority | Trust::Full => {
            let roots = Arc::new(load_roots(roots.filter(|roots| *roots != "system"))?);
            let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider)).build();
            Some(verifier.map_err(|wrong| error(&wrong.to_string()))?)
        }
    };
    let verifier = Arc::new(Verifier { trust, inner, provider });
    let builder = builder.dangerous().with_custom_certificate_verifier(verifier);
    let config = match (url.option("sslcert"), url.option("sslkey")) {
        (Some(certificate), Some(key)) => {
            let chain = certificates(Path::new(certificate))?;
            let key =
                PrivateKeyDer::from_pem_file(key).map_err(|wrong| error(&format!("cannot read {key}: {wrong}")))?;
            builder.with_client_auth_cert(chain, key).map_err(|wrong| error(&wrong.to_string()))?
        }
        _ => builder.with_no_client_auth(),
    };
    Ok(MakeRustlsConnect::new(config))
}

/// Reads the trusted authorities from a file, or from where operating systems keep them.
fn load_roots(file: Option<&str>) -> Result<RootCertStore, DbError> {
    let file = match file {
        Some(file) => PathBuf::from(file),
        None => system_roots().map_err(|error| error.with_hint("name a file with sslrootcert"))?,
    };
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(certificates(&file)?);
    if added == 0 {
        return Err(error(&format!("no certificate in {}", file.display())));
    }
    Ok(roots)
}

/// Returns the file in which the operating system keeps the authorities.
pub(super) fn system_roots() -> Result<PathBuf, DbError> {
    let found = SYSTEM_ROOTS.iter().map(PathBuf::from).find(|path| path.exists());
    found.ok_or_else(|| error("no certificate authorities found"))
}

/// The files in which Linux distributions, BSDs and macOS keep the authorities.
const SYSTEM_ROOTS: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
];

/// Reads the certificates of a file.
pub(super) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, DbError> {
    let wrong = |wrong: rustls::pki_types::pem::Error| error(&format!("cannot read {}: {wrong}", file.display()));
    CertificateDer::pem_file_iter(file).map_err(wrong)?.collect::<Result<_, _>>().map_err(wrong)
}

/// Returns an error about TLS.
pub(super) fn error(message: &str) -> DbError {
    DbError::new(DbErrorKind::Tls, message)
}

/// Verifies as far as the mode asks; signatures of the handshake are always verified.
#[derive(Debug)]
struct Verifier {
    trust: Trust,
    inner: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(inner) = &self.inner else { return Ok(ServerCertVerified::assertion()) };
        let verified = inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verified {
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if self.trust == Trust::Authority => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

//! TLS to MySQL and MariaDB, with the meanings of their clients' `ssl_mode`.

use std::path::{Path, PathBuf};

use mysql_async::{ClientIdentity, IoError, SslOpts};
use rustls::crypto::{CryptoProvider, ring};
use rustls::{CertificateError, RootCertStore};

use super::super::tls;
use crate::error::DbError;
use crate::url::DatabaseUrl;

/// Whether the connection is encrypted, and how far the server's certificate is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Not encrypted.
    Disabled,
    /// Encrypted where the server can do it; any certificate.
    Preferred,
    /// Encrypted; any certificate.
    Required,
    /// Encrypted; a certificate of a known authority, for any name.
    VerifyCa,
    /// Encrypted; a certificate of a known authority, for the name that was asked for.
    VerifyIdentity,
}

impl Mode {
    /// Returns what the URL asks for; naming an authority, a certificate or a key asks for encryption.
    ///
    /// As in MariaDB's client library, an authority that is named is verified.
    pub(super) fn of(url: &DatabaseUrl) -> Self {
        let authority = url.option("ssl_ca").is_some() || url.option("ssl_capath").is_some();
        let wanted = match url.option("ssl_mode") {
            Some("DISABLED") => return Self::Disabled,
            Some("VERIFY_IDENTITY") => return Self::VerifyIdentity,
            Some("VERIFY_CA") => return Self::VerifyCa,
            Some("REQUIRED") => true,
            Some(_) => false,
            None => authority || url.option("ssl_cert").is_some() || url.option("ssl_key").is_some(),
        };
        match (wanted, authority) {
            (true, true) => Self::VerifyCa,
            (true, false) => Self::Required,
            (false, _) => Self::Preferred,
        }
    }
}

/// Builds the TLS side of a connection.
pub(super) fn options(url: &DatabaseUrl, mode: Mode) -> Result<Option<SslOpts>, DbError> {
    if mode == Mode::Disabled {
        return Ok(None);
    }
    // Another crate of the program may bring a second provider, and then the driver would not know which to take.
    if CryptoProvider::get_default().is_none() {
        // Who was quicker has set one that serves as well.
        _ = ring::default_provider().install_default();
    }
    let mut options = match mode {
        Mode::VerifyCa | Mode::VerifyIdentity => SslOpts::default()
            .with_root_certs(roots(url)?.into_iter().map(Into::into).collect())
            .with_disable_built_in_roots(true),
        _ => SslOpts::default().with_danger_accept_invalid_certs(true),
    };
    if let (Some(certificate), Some(key)) = (url.option("ssl_cert"), url.option("ssl_key")) {
        for file in [certificate, key] {
            std::fs::metadata(file).map_err(|error| tls::error(&format!("cannot read {file}: {error}")))?;
        }
        let (certificate, key) = (PathBuf::from(certificate), PathBuf::from(key));
        options = options.with_client_identity(Some(ClientIdentity::new(certificate.into(), key.into())));
    }
    Ok(Some(options))
}

/// Returns a name that the server's certificate is valid for, when it is trusted and only the name that was asked for is wrong.
///
/// The driver cannot leave the name unverified; it can be told another one.
pub(super) fn name_of_certificate(error: &mysql_async::Error) -> Option<String> {
    let mysql_async::Error::Io(IoError::Io(error)) = error else { return None };
    let error = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    let rustls::Error::InvalidCertificate(CertificateError::NotValidForNameContext { presented, .. }) = error else {
        return None;
    };
    presented.iter().find_map(|name| read_presented(name))
}

/// Reads a name as rustls writes it: `DnsName("db.example")`, `DnsName("*.example")`, `IpAddress(127.0.0.1)`.
fn read_presented(name: &str) -> Option<String> {
    let (_, name) = name.strip_suffix(')')?.split_once('(')?;
    let name = name.trim_matches('"');
    Some(name.strip_prefix('*').map_or_else(|| name.to_owned(), |rest| format!("any{rest}")))
}

/// Reads the trusted authorities; of a system's many, those that cannot be read are left out.
fn roots(url: &DatabaseUrl) -> Result<Vec<Vec<u8>>, DbError> {
    let mut files = Vec::new();
    if let Some(folder) = url.option("ssl_capath") {
        let wrong = |error: std::io::Error| tls::error(&format!("cannot read {folder}: {error}"));
        for entry in std::fs::read_dir(folder).map_err(wrong)? {
            files.push(entry.map_err(wrong)?.path());
        }
        files.sort();
    }
    files.extend(url.option("ssl_ca").map(PathBuf::from));
    if files.is_empty() {
        files.push(tls::system_roots().map_err(|error| error.with_hint("name a file with ssl_ca"))?);
    }
    let mut roots = Vec::new();
    for file in &files {
        let certificates = tls::certificates(Path::new(file))?;
        let usable = certificates.into_iter().filter(|found| RootCertStore::empty().add(found.clone()).is_ok());
        roots.extend(usable.map(|found| found.to_vec()));
    }
    if roots.is_empty() {
        return Err(tls::error(&format!("no certificate in {}", files[0].display())));
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use super::read_presented;

    #[test]
    fn names_of_certificates() {
        for (presented, name) in [
            ("DnsName(\"db.example\")", Some("db.example")),
            ("DnsName(\"*.example\")", Some("any.example")),
            ("IpAddress(127.0.0.1)", Some("127.0.0.1")),
            ("nothing", None),
        ] {
            assert_eq!(read_presented(presented).as_deref(), name);
        }
    }
}

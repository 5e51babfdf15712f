//! TLS as libpq's `sslmode` asks for it, through rustls.
//!
//! `prefer` and `require` encrypt and trust whoever answers, unless there is a root certificate
//! (`sslrootcert`, or libpq's own `~/.postgresql/root.crt`); `verify-ca` wants a certificate that it, or the
//! system, vouches for; `verify-full` wants one for this very host.
//! <https://www.postgresql.org/docs/current/libpq-ssl.html>

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::conninfo::Conninfo;
use super::parameters::wrong;
use super::problem::{Problem, reason_of};

/// libpq's `sslmode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Disable,
    /// Without TLS, and with it where the server refuses that.
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

/// The mode that the parameters ask for.
pub(super) fn mode(conninfo: &Conninfo) -> Result<Mode, Problem> {
    let system = conninfo.some("sslrootcert") == Some("system");
    let mode = match conninfo.some("sslmode") {
        None if system => Mode::VerifyFull,
        None | Some("prefer") => Mode::Prefer,
        Some("disable") => Mode::Disable,
        Some("allow") => Mode::Allow,
        Some("require") => Mode::Require,
        Some("verify-ca") => Mode::VerifyCa,
        Some("verify-full") => Mode::VerifyFull,
        Some(other) => {
            let expected = "disable, allow, prefer, require, verify-ca or verify-full";
            return Err(wrong("sslmode", other, expected));
        }
    };
    if system && mode != Mode::VerifyFull {
        return Err(Problem::new(
            "`sslrootcert=system` trusts a certificate of anyone that the system vouches for: write \
             `sslmode=verify-full` with it",
        ));
    }
    Ok(mode)
}

/// What makes a TLS session of a connection.
pub(super) fn connector(conninfo: &Conninfo, mode: Mode) -> Result<MakeRustlsConnect, Problem> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| Problem::new(format!("TLS can't be used: {error}")))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier(conninfo, mode, provider)?));
    let used = mode != Mode::Disable;
    let mut config = match (conninfo.some("sslcert"), conninfo.some("sslkey")) {
        (Some(certificate), Some(key)) if used => builder
            .with_client_auth_cert(
                certificates("sslcert", Path::new(certificate))?,
                private_key(key)?,
            )
            .map_err(|error| Problem::new(format!("`sslcert` and `sslkey` do not fit: {error}")))?,
        (Some(_), None) | (None, Some(_)) if used => {
            return Err(Problem::new(
                "a client's certificate needs both `sslcert` and `sslkey`: give the other one too",
            ));
        }
        _ => builder.with_no_client_auth(),
    };
    // A server that is spoken to with TLS from the first byte wants to hear what for.
    config.alpn_protocols = vec![b"postgresql".to_vec()];
    Ok(MakeRustlsConnect::new(config))
}

/// Why TLS did not come about.
pub(super) fn in_words(
    source: Option<&(dyn Error + 'static)>,
    conninfo: &Conninfo,
    at: &str,
) -> Problem {
    let said = source.map(ToString::to_string).unwrap_or_default();
    let asked = conninfo.some("sslmode").unwrap_or("prefer");
    if said == "server does not support TLS" {
        return Problem::new(format!(
            "{at} does not offer TLS, and the URL asks for it (`sslmode={asked}`): set `ssl = on` in the \
             server, or write `sslmode=prefer`"
        ));
    }
    let inner = source.and_then(|source| source.downcast_ref::<std::io::Error>());
    let inner =
        inner.and_then(|error| error.get_ref()).and_then(|e| e.downcast_ref::<rustls::Error>());
    let line = match inner {
        Some(rustls::Error::InvalidCertificate(reason)) => match reason {
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                format!(
                    "the certificate of {at} is for another host: write the host that it names, or \
                 `sslmode=verify-ca`"
                )
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                format!("the certificate of {at} has expired: renew it on the server")
            }
            CertificateError::UnknownIssuer => format!(
                "the certificate of {at} comes from nobody who is trusted: give its authority's \
                 certificate as `sslrootcert=FILE`, or write `sslmode=require` to go without"
            ),
            // An authority's certificate, shown as the server's own, which is not among the trusted ones.
            CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
                format!(
                    "the certificate of {at} vouches for itself alone: give it as `sslrootcert=FILE`, or \
                     write `sslmode=require` to go without"
                )
            }
            other => format!("the certificate of {at} is not accepted: {other}"),
        },
        Some(rustls::Error::AlertReceived(alert)) => format!(
            "{at} broke the TLS handshake off ({alert:?}): it may want a client's certificate (`sslcert`, \
             `sslkey`), or speak no TLS 1.2"
        ),
        _ => format!("the TLS handshake with {at} failed: {said}"),
    };
    Problem::new(line)
}

fn verifier(
    conninfo: &Conninfo,
    mode: Mode,
    provider: Arc<CryptoProvider>,
) -> Result<Verifier, Problem> {
    for refused in ["sslcrl", "sslcrldir"] {
        if conninfo.some(refused).is_some() && mode != Mode::Disable {
            return Err(Problem::new(format!(
                "`{refused}` is not read: leave it out, and see to revoked certificates another way"
            )));
        }
    }
    let schemes = provider.signature_verification_algorithms;
    let given = conninfo.some("sslrootcert").filter(|root| *root != "system").map(PathBuf::from);
    let usual = std::env::home_dir().map(|home| home.join(".postgresql/root.crt"));
    let file = given.or(usual.filter(|usual| usual.exists()));
    let wanted = match mode {
        Mode::Disable => None,
        // libpq holds the certificate to a root that it has, whatever the mode.
        Mode::Allow | Mode::Prefer | Mode::Require => file.map(Some),
        Mode::VerifyCa | Mode::VerifyFull => {
            Some(file.filter(|_| conninfo.some("sslrootcert") != Some("system")))
        }
    };
    let Some(wanted) = wanted else {
        return Ok(Verifier { schemes, trust: None });
    };
    let pinned = match wanted {
        Some(file) => certificates("sslrootcert", &file)?,
        None => rustls_native_certs::load_native_certs().certs,
    };
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(pinned.iter().cloned());
    let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|_| {
            Problem::new(
                "no certificate is there to check the server's against: give one as `sslrootcert=FILE`",
            )
        })?;
    Ok(Verifier { schemes, trust: Some(Trust { chain, pinned, names: mode == Mode::VerifyFull }) })
}

/// What is asked of a server's certificate.
#[derive(Debug)]
struct Verifier {
    schemes: rustls::crypto::WebPkiSupportedAlgorithms,
    /// Without it, whoever answers is trusted.
    trust: Option<Trust>,
}

#[derive(Debug)]
struct Trust {
    chain: Arc<WebPkiServerVerifier>,
    /// The root certificates as they stand in the file: a server may show one of them itself.
    pinned: Vec<CertificateDer<'static>>,
    /// Whether the certificate must name the host.
    names: bool,
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
        let Some(trust) = &self.trust else { return Ok(ServerCertVerified::assertion()) };
        // A self-signed certificate is its own authority, which a chain's rules don't allow.
        if trust.pinned.iter().any(|root| root.as_ref() == end_entity.as_ref()) {
            if trust.names {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
            }
            return Ok(ServerCertVerified::assertion());
        }
        let verified = trust.chain.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        match verified {
            // The chain is judged first, the name last.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !trust.names => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        match self.trust {
            None => Ok(HandshakeSignatureValid::assertion()),
            Some(_) => rustls::crypto::verify_tls12_signature(message, cert, dss, &self.schemes),
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        match self.trust {
            None => Ok(HandshakeSignatureValid::assertion()),
            Some(_) => rustls::crypto::verify_tls13_signature(message, cert, dss, &self.schemes),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.schemes.supported_schemes()
    }
}

fn certificates(name: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>, Problem> {
    let shown = path.display().to_string();
    let read: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(path).and_then(std::iter::Iterator::collect);
    match read {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(unread(name, &shown, &pem::Error::NoItemsFound, "certificate")),
        Err(error) => Err(unread(name, &shown, &error, "certificate")),
    }
}

fn private_key(path: &str) -> Result<PrivateKeyDer<'static>, Problem> {
    PrivateKeyDer::from_pem_file(path)
        .map_err(|error| unread("sslkey", path, &error, "key without a passphrase"))
}

fn unread(name: &str, path: &str, error: &pem::Error, what: &str) -> Problem {
    Problem::new(match error {
        pem::Error::Io(error) => format!("`{name}={path}` can't be read: {}", reason_of(error)),
        pem::Error::NoItemsFound => {
            format!("`{name}={path}` has no {what} in it: give a file in the PEM format")
        }
        error => format!("`{name}={path}` can't be read as a {what}: {error}"),
    })
}

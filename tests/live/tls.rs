//! TLS, against a server with a certificate of its own.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use trine::live;

use super::support::server;

/// A server that listens on TCP, with TLS; stopped when it is dropped.
struct Encrypted {
    home: tempfile::TempDir,
    port: u16,
    child: Child,
}

impl Drop for Encrypted {
    fn drop(&mut self) {
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args(["-QUIT", &pid]).status();
        let _ = self.child.wait();
    }
}

impl Encrypted {
    /// `None` where this machine can't have one; says why.
    fn start() -> Option<Encrypted> {
        let home = tempfile::Builder::new().prefix("trine-tls").tempdir_in("/tmp").unwrap();
        let path = home.path();
        if !certificates(path) {
            eprintln!("passed over: there is no openssl here");
            return None;
        }
        let programs = server::binaries().directory().to_owned();
        let data = path.join("data");
        let made = as_server(&programs.join("initdb"), path)
            .args([
                "--auth=trust",
                "--username=postgres",
                "--no-sync",
                "--locale=C",
                "--encoding=UTF8",
            ])
            .arg("--pgdata")
            .arg(&data)
            .stdout(Stdio::null())
            .status();
        if !made.is_ok_and(|status| status.success()) {
            eprintln!("passed over: the server's account can't run the server's programs");
            return None;
        }
        // Whoever comes without TLS is not let in, but for one role.
        fs::write(
            data.join("pg_hba.conf"),
            "hostnossl all plain all trust\nhostssl all plain all reject\n\
             hostssl all known all cert\nhostssl all all all trust\n",
        )
        .unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = as_server(&programs.join("postgres"), path);
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "ssl=on",
            &format!("port={port}"),
            &format!("ssl_cert_file={}", path.join("server.crt").display()),
            &format!("ssl_key_file={}", path.join("server.key").display()),
            &format!("ssl_ca_file={}", path.join("ca.crt").display()),
        ] {
            command.args(["-c", setting]);
        }
        let child = command.arg("-D").arg(&data).spawn().unwrap();
        let mut server = Encrypted { home, port, child };
        let deadline = Instant::now() + Duration::from_secs(20);
        while let Err(problem) = live::connect(&server.url("localhost", "sslmode=require")) {
            if server.child.try_wait().unwrap().is_some() {
                eprintln!("passed over: this PostgreSQL was built without TLS");
                return None;
            }
            assert!(Instant::now() < deadline, "{problem}");
            std::thread::sleep(Duration::from_millis(20));
        }
        let mut client = live::connect(&server.url("localhost", "sslmode=require")).unwrap();
        client
            .batch_execute("CREATE ROLE plain LOGIN; CREATE ROLE known LOGIN; CREATE EXTENSION IF NOT EXISTS plpgsql")
            .unwrap();
        Some(server)
    }

    fn url(&self, host: &str, parameters: &str) -> String {
        format!("postgresql://postgres@{host}:{}/postgres?{parameters}", self.port)
    }

    fn file(&self, name: &str) -> String {
        self.home.path().join(name).display().to_string()
    }
}

/// An authority, the server's certificate for `localhost`, one of a client, another authority, and a
/// certificate that signs itself, as `openssl req -x509` makes it.
fn certificates(home: &Path) -> bool {
    let script = r#"
        set -e
        cd "$1"
        req() { openssl req -newkey rsa:2048 -nodes -sha256 "$@"; }
        req -x509 -days 30 -subj /CN=authority -keyout ca.key -out ca.crt
        req -x509 -days 30 -subj /CN=another -keyout other.key -out other.crt
        sign() {
          req -subj "/CN=$2" -keyout "$1.key" -out "$1.csr"
          printf '%s\n' "$3" >"$1.ext"
          openssl x509 -req -sha256 -days 30 -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial \
            -extfile "$1.ext" -out "$1.crt"
        }
        sign server localhost subjectAltName=DNS:localhost
        sign client known extendedKeyUsage=clientAuth
        req -x509 -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout self.key -out self.crt
        chmod 600 server.key
    "#;
    let made = Command::new("sh")
        .args(["-c", script, "sh"])
        .arg(home)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !made.is_ok_and(|status| status.success()) {
        return false;
    }
    if let Some((uid, gid)) = account() {
        for name in ["", "server.key", "server.crt", "ca.crt"] {
            chown(home.join(name), Some(uid), Some(gid)).unwrap();
        }
    }
    true
}

/// Whom PostgreSQL runs as, where we are root.
fn account() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| -> Option<u32> {
        let output = Command::new("id").args(arguments).output().ok()?;
        String::from_utf8_lossy(&output.stdout).trim().parse().ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    let found = |name| Some((id(&["-u", name])?, id(&["-g", name])?));
    found("postgres").or_else(|| found("nobody"))
}

fn as_server(program: &PathBuf, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(home).stdin(Stdio::null()).stderr(Stdio::null());
    if let Some((uid, gid)) = account() {
        command.uid(uid).gid(gid);
    }
    command
}

/// Whether the session is encrypted; or why there is none.
fn encrypted(url: &str) -> Result<bool, String> {
    let mut client = live::connect(url).map_err(|problem| problem.to_string())?;
    let query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    Ok(client.query_one(query, &[]).unwrap().get(0))
}

#[test]
fn every_sslmode_is_held_to() {
    let Some(server) = Encrypted::start() else { return };
    let (ca, other, own) =
        (server.file("ca.crt"), server.file("other.crt"), server.file("server.crt"));
    let at = format!("localhost:{}", server.port);
    let number = format!("127.0.0.1:{}", server.port);
    let untrusted = format!(
        "the certificate of {at} comes from nobody who is trusted: give its authority's certificate as \
         `sslrootcert=FILE`, or write `sslmode=require` to go without"
    );
    for (host, parameters, expected) in [
        ("localhost", String::new(), Ok(true)),
        ("localhost", "sslmode=prefer".to_owned(), Ok(true)),
        ("localhost", "sslmode=require".to_owned(), Ok(true)),
        ("127.0.0.1", "sslmode=require".to_owned(), Ok(true)),
        // Without TLS nobody is let in; `allow` then takes it.
        ("localhost", "sslmode=allow".to_owned(), Ok(true)),
        ("localhost", format!("sslmode=require&sslrootcert={ca}"), Ok(true)),
        ("localhost", format!("sslmode=require&sslrootcert={other}"), Err(untrusted.clone())),
        ("127.0.0.1", format!("sslmode=verify-ca&sslrootcert={ca}"), Ok(true)),
        ("localhost", format!("sslmode=verify-ca&sslrootcert={other}"), Err(untrusted.clone())),
        ("localhost", format!("sslmode=verify-full&sslrootcert={ca}"), Ok(true)),
        // The server's own certificate, as people give it who made it themselves.
        ("localhost", format!("sslmode=verify-full&sslrootcert={own}"), Ok(true)),
        ("127.0.0.1", format!("sslmode=verify-ca&sslrootcert={own}"), Ok(true)),
        (
            "127.0.0.1",
            format!("sslmode=verify-full&sslrootcert={own}"),
            Err(format!(
                "the certificate of {number} is for another host: write the host that it names, or \
                 `sslmode=verify-ca`"
            )),
        ),
        (
            "127.0.0.1",
            format!("sslmode=verify-full&sslrootcert={ca}"),
            Err(format!(
                "the certificate of {number} is for another host: write the host that it names, or \
                 `sslmode=verify-ca`"
            )),
        ),
        ("localhost", "sslmode=verify-full&sslrootcert=system".to_owned(), Err(untrusted)),
        (
            "localhost",
            "sslmode=require&sslrootcert=system".to_owned(),
            Err("`sslrootcert=system` trusts a certificate of anyone that the system vouches for: write \
                 `sslmode=verify-full` with it"
                .to_owned()),
        ),
        (
            "localhost",
            "sslmode=verify-ca&sslrootcert=/nowhere.crt".to_owned(),
            Err("`sslrootcert=/nowhere.crt` can't be read: no such file or directory".to_owned()),
        ),
        (
            "localhost",
            format!("sslmode=verify-ca&sslrootcert={}", server.file("ca.srl")),
            Err(format!(
                "`sslrootcert={}` has no certificate in it: give a file in the PEM format",
                server.file("ca.srl")
            )),
        ),
    ] {
        let url = server.url(host, &parameters);
        assert_eq!(encrypted(&url), expected, "for {url}");
    }
    // A role that is let in without TLS alone: `prefer` goes without.
    let plain = |parameters| server.url("localhost", parameters).replacen("postgres@", "plain@", 1);
    assert_eq!(encrypted(&plain("sslmode=prefer")), Ok(false));
    assert_eq!(encrypted(&plain("sslmode=disable")), Ok(false));
    assert!(encrypted(&plain("sslmode=require")).unwrap_err().contains("pg_hba.conf"));
    let disabled = encrypted(&server.url("localhost", "sslmode=disable")).unwrap_err();
    assert!(disabled.contains("no encryption"), "{disabled}");
    // A role that shows a certificate.
    let known = |parameters: &str| {
        server.url("localhost", &format!("sslmode=require{parameters}")).replacen(
            "postgres@",
            "known@",
            1,
        )
    };
    let (certificate, key) = (server.file("client.crt"), server.file("client.key"));
    assert_eq!(encrypted(&known(&format!("&sslcert={certificate}&sslkey={key}"))), Ok(true));
    assert!(encrypted(&known("")).unwrap_err().contains("\"known\""));
    assert_eq!(
        encrypted(&known(&format!("&sslcert={certificate}"))),
        Err("a client's certificate needs both `sslcert` and `sslkey`: give the other one too"
            .to_owned())
    );
    // A certificate that signs itself, as `openssl req -x509` makes it: an authority, by its own account.
    for kind in ["crt", "key"] {
        // The contents alone, so that the file keeps its owner.
        let contents = fs::read(server.file(&format!("self.{kind}"))).unwrap();
        fs::write(server.file(&format!("server.{kind}")), contents).unwrap();
    }
    let mut client = live::connect(&server.url("localhost", "sslmode=require")).unwrap();
    client.batch_execute("SELECT pg_reload_conf()").unwrap();
    let own = server.file("self.crt");
    let trusting = server.url("localhost", &format!("sslmode=verify-full&sslrootcert={own}"));
    let deadline = Instant::now() + Duration::from_secs(10);
    while encrypted(&trusting) != Ok(true) {
        assert!(Instant::now() < deadline, "{:?}", encrypted(&trusting));
        std::thread::sleep(Duration::from_millis(20));
    }
    let ca = format!("sslmode=verify-ca&sslrootcert={other}");
    assert_eq!(
        encrypted(&server.url("localhost", &ca)),
        Err(format!(
            "the certificate of {at} vouches for itself alone: give it as `sslrootcert=FILE`, or write \
             `sslmode=require` to go without"
        ))
    );
    // Databases are made over TLS too.
    let visited = live::Server::at(&trusting);
    let scratch = visited.unwrap().scratch("tls").unwrap();
    assert_eq!(encrypted(&scratch.url()), Ok(true));
}

//! A proxy in front of a PostgreSQL server that counts what it is asked.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use postgres::config::Host;
use postgres::{Client, Config, NoTls};

/// Connects through a proxy, which counts round trips: messages after which a client waits.
pub fn connect(url: &str) -> (Client, Arc<AtomicUsize>) {
    let config: Config = url.parse().unwrap();
    let host = config.get_hosts()[0].clone();
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let count = Arc::new(AtomicUsize::new(0));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let here = listener.local_addr().unwrap().port();
    let counted = Arc::clone(&count);
    std::thread::spawn(move || {
        let (client, _) = listener.accept().unwrap();
        let back = client.try_clone().unwrap();
        match host {
            Host::Tcp(name) => {
                let server = TcpStream::connect((name.as_str(), port)).unwrap();
                let answers = server.try_clone().unwrap();
                pass_on(answers, back);
                count_messages(client, server, &counted);
            }
            Host::Unix(directory) => {
                let path = directory.join(format!(".s.PGSQL.{port}"));
                let server = UnixStream::connect(path).unwrap();
                let answers = server.try_clone().unwrap();
                pass_on(answers, back);
                count_messages(client, server, &counted);
            }
        }
    });
    let mut through = Config::new();
    through.host("127.0.0.1").port(here);
    through.user(config.get_user().unwrap_or("postgres"));
    through.dbname(config.get_dbname().unwrap());
    if let Some(password) = config.get_password() {
        through.password(password);
    }
    (through.connect(NoTls).unwrap(), count)
}

fn pass_on(mut from: impl Read + Send + 'static, mut to: impl Write + Send + 'static) {
    std::thread::spawn(move || std::io::copy(&mut from, &mut to));
}

/// Passes on what the client says. Its first message has no type; any other has one byte of it.
fn count_messages(mut client: impl Read, mut server: impl Write, count: &AtomicUsize) {
    let mut first = true;
    loop {
        let mut head = vec![0; if first { 4 } else { 5 }];
        if client.read_exact(&mut head).is_err() {
            return;
        }
        let length = u32::from_be_bytes(head[head.len() - 4..].try_into().unwrap()) as usize;
        let mut rest = vec![0; length - 4];
        client.read_exact(&mut rest).unwrap();
        if !first && matches!(head[0], b'S' | b'Q') {
            count.fetch_add(1, Ordering::SeqCst);
        }
        first = false;
        server.write_all(&head).unwrap();
        server.write_all(&rest).unwrap();
    }
}

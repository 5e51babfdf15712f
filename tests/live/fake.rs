//! Servers that speak as much of PostgreSQL's protocol as a failure needs.
//!
//! <https://www.postgresql.org/docs/current/protocol-message-formats.html>

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

/// What a server does with one connection.
#[derive(Clone, Copy)]
pub enum Script {
    /// Says nothing, and keeps the connection.
    Silent,
    /// Ends the connection.
    Closes,
    /// Answers the first words in another protocol, and ends the connection.
    Garbage(&'static str),
    /// Has no TLS, and answers the start with an ErrorResponse: SQLSTATE and message.
    Refuses(&'static str, &'static str),
    /// Asks for a way to authenticate, by its number in the protocol.
    Authentication(u32),
    /// Lets everyone in, and says this to what asks for its version.
    Version(&'static str, &'static str),
}

/// Starts a server, which ends with the test program; gives its address.
pub fn server(script: Script) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let _ = serve(stream, script);
            });
        }
    });
    address
}

fn serve(mut stream: TcpStream, script: Script) -> std::io::Result<()> {
    match script {
        Script::Closes => return Ok(()),
        Script::Garbage(text) => {
            stream.read_exact(&mut [0; 8])?;
            return stream.write_all(text.as_bytes());
        }
        Script::Silent => {}
        Script::Refuses(code, message) => {
            start(&mut stream)?;
            let mut fields = Vec::new();
            for (kind, text) in [(b'S', "FATAL"), (b'V', "FATAL"), (b'C', code), (b'M', message)] {
                fields.push(kind);
                fields.extend_from_slice(text.as_bytes());
                fields.push(0);
            }
            fields.push(0);
            send(&mut stream, b'E', &fields)?;
            return Ok(());
        }
        Script::Authentication(kind) => {
            start(&mut stream)?;
            send(&mut stream, b'R', &kind.to_be_bytes())?;
        }
        Script::Version(number, text) => {
            start(&mut stream)?;
            send(&mut stream, b'R', &0u32.to_be_bytes())?;
            send(&mut stream, b'Z', b"I")?;
            loop {
                let (kind, _) = message(&mut stream)?;
                if kind == b'X' {
                    return Ok(());
                }
                let mut columns = 2u16.to_be_bytes().to_vec();
                for name in ["number", "text"] {
                    columns.extend_from_slice(name.as_bytes());
                    // No table, no column; text, of any length, without a modifier, as text.
                    columns.extend_from_slice(&[0; 7]);
                    columns.extend_from_slice(&25u32.to_be_bytes());
                    columns.extend_from_slice(&[255, 255, 255, 255, 255, 255, 0, 0]);
                }
                send(&mut stream, b'T', &columns)?;
                let mut row = 2u16.to_be_bytes().to_vec();
                for value in [number, text] {
                    row.extend_from_slice(&u32::try_from(value.len()).unwrap().to_be_bytes());
                    row.extend_from_slice(value.as_bytes());
                }
                send(&mut stream, b'D', &row)?;
                send(&mut stream, b'C', b"SELECT 1\0")?;
                send(&mut stream, b'Z', b"I")?;
            }
        }
    }
    // Held until the other side has had enough.
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest)?;
    Ok(())
}

/// Reads a start; a wish for TLS is declined.
fn start(stream: &mut TcpStream) -> std::io::Result<()> {
    loop {
        let body = body(stream)?;
        if body.starts_with(&80_877_103u32.to_be_bytes()) {
            stream.write_all(b"N")?;
        } else {
            return Ok(());
        }
    }
}

fn message(stream: &mut TcpStream) -> std::io::Result<(u8, Vec<u8>)> {
    let mut kind = [0];
    stream.read_exact(&mut kind)?;
    Ok((kind[0], body(stream)?))
}

fn body(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let mut body = vec![0; u32::from_be_bytes(length) as usize - 4];
    stream.read_exact(&mut body)?;
    Ok(body)
}

fn send(stream: &mut TcpStream, kind: u8, body: &[u8]) -> std::io::Result<()> {
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    stream.write_all(&[&[kind], length.as_slice(), body].concat())
}

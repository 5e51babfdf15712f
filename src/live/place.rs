//! Where a server may be: a host and a port, or a socket's directory.

use std::net::IpAddr;

use super::conninfo::Conninfo;
use super::defaults;
use super::problem::Problem;

/// Where a server may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) host: String,
    pub(super) address: Option<IpAddr>,
    pub(super) port: u16,
}

impl Place {
    pub(super) fn is_socket(&self) -> bool {
        self.address.is_none() && self.host.starts_with('/')
    }

    /// As people write it: `localhost:5432`, or the socket.
    pub(super) fn shown(&self) -> String {
        if self.is_socket() {
            format!(
                "{}/{}",
                self.host.trim_end_matches('/'),
                defaults::socket_name(&self.port.to_string())
            )
        } else if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

/// The places that the parameters name, in their order.
pub(super) fn places(conninfo: &Conninfo) -> Result<Vec<Place>, Problem> {
    let list = |name| -> Vec<&str> {
        conninfo.some(name).map(|value| value.split(',').collect()).unwrap_or_default()
    };
    let (hosts, addresses, ports) = (list("host"), list("hostaddr"), list("port"));
    let count = hosts.len().max(addresses.len());
    if (!hosts.is_empty() && !addresses.is_empty() && hosts.len() != addresses.len())
        || (ports.len() > 1 && ports.len() != count)
    {
        return Err(Problem::new(
            "the database's URL has as many hosts, addresses and ports as not to fit together: give one \
             port, or one for each host",
        ));
    }
    let mut places = Vec::new();
    for index in 0..count {
        let address = match addresses.get(index).filter(|address| !address.is_empty()) {
            None => None,
            Some(address) => Some(address.parse().map_err(|_| {
                Problem::new("the database's `hostaddr` is no IP address: write a name as `host`")
            })?),
        };
        let host = match (hosts.get(index), address) {
            (Some(host), _) if !host.is_empty() => (*host).to_owned(),
            (_, Some(address)) => IpAddr::to_string(&address),
            (_, None) => "localhost".to_owned(),
        };
        let port = match ports.get(index).or(ports.first()).filter(|port| !port.is_empty()) {
            None => 5432,
            Some(port) => port.trim().parse().ok().filter(|port| *port > 0).ok_or_else(|| {
                Problem::new(
                    "the database's port is no number from 1 to 65535: write `host:5432` (and a `:`, `/`, \
                     `@` or `?` in a password as `%3A`, `%2F`, `%40` or `%3F`)",
                )
            })?,
        };
        places.push(Place { host, address, port });
    }
    Ok(places)
}

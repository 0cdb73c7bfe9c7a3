//! A port in two steps: taken before anything else is touched, opened when there is somebody to answer.

use super::StartError;
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpSocket};

/// How many connections the kernel keeps for us until we accept them.
const QUEUE: u32 = 1024;

/// A port that is ours, and at which nobody can knock yet.
pub struct Door {
    address: SocketAddr,
    socket: TcpSocket,
}

impl Door {
    /// Takes the port.
    ///
    /// # Errors
    /// When somebody listens there. Whether it is enough that somebody has taken it depends on the system: on Linux it is not.
    pub fn take(address: SocketAddr) -> Result<Self, StartError> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
        let take = |socket: TcpSocket| {
            // Otherwise a restart would wait a minute for the last connections of the process before. On Windows it need not, and
            // the same word would let another program take the port from us.
            socket.set_reuseaddr(!cfg!(windows))?;
            socket.bind(address)?;
            Ok(socket)
        };
        let socket = socket.and_then(take).map_err(|error| StartError::listen(address, &error))?;
        Ok(Self { address, socket })
    }

    /// From now on connections are made, and wait until they are accepted.
    ///
    /// # Errors
    /// When somebody else who had taken the port was first.
    pub fn open(self) -> Result<TcpListener, StartError> {
        self.socket.listen(QUEUE).map_err(|error| StartError::listen(self.address, &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn of_two_who_take_a_port_one_opens_it_and_the_other_is_told() {
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let first = Door::take(anywhere).unwrap();
        let address = first.socket.local_addr().unwrap();
        assert!(std::net::TcpStream::connect(address).is_err(), "nobody can knock yet");
        let second = Door::take(address);
        let _open = first.open().unwrap();
        for refused in [second.and_then(Door::open).map(drop), Door::take(address).map(drop)] {
            let line = refused.unwrap_err().to_string();
            assert!(line.starts_with(&format!("cannot listen on {address}")), "{line}");
            assert!(line.contains("another program listens there"), "{line}");
        }
    }
}

//! Forwards the transport's reports to the state machine as messages. The clients are created before the event loop
//! exists.

use std::sync::{Arc, OnceLock};

use tokio::sync::mpsc::UnboundedSender;

use crate::app::protocol::Msg;
use crate::github::Listener;

/// Where the reports go; clones share it. A report sent before the loop listens is lost, but none is sent before.
#[derive(Clone, Debug, Default)]
pub struct TrafficForwarder(Arc<OnceLock<UnboundedSender<Msg>>>);

impl TrafficForwarder {
    pub fn listen(&self, send: UnboundedSender<Msg>) {
        // A run has one loop, so there is one listener.
        let _ = self.0.set(send);
    }

    pub fn listener(&self) -> Listener {
        let forwarder = self.clone();
        Listener::new(move |traffic| {
            if let Some(send) = forwarder.0.get() {
                // The loop is gone only while the program exits.
                let _ = send.send(Msg::Traffic(traffic));
            }
        })
    }
}

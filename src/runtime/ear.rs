//! What the transport tells, as messages to the state machine. The clients are made before there is a loop to send to.

use std::sync::{Arc, OnceLock};

use tokio::sync::mpsc::UnboundedSender;

use crate::app::protocol::Msg;
use crate::github::Listener;

/// Where the news go. Clones share it; what is told before anybody listens is lost, and nothing is told before.
#[derive(Clone, Debug, Default)]
pub struct Ear(Arc<OnceLock<UnboundedSender<Msg>>>);

impl Ear {
    pub fn listen(&self, send: UnboundedSender<Msg>) {
        // There is one loop in a run, so there is one listener.
        let _ = self.0.set(send);
    }

    pub fn listener(&self) -> Listener {
        let ear = self.clone();
        Listener::new(move |traffic| {
            if let Some(send) = ear.0.get() {
                // The loop is gone only when the program is leaving.
                let _ = send.send(Msg::Traffic(traffic));
            }
        })
    }
}

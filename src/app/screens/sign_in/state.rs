//! What the screen knows and does.

use chrono::{DateTime, Utc};

use crate::app::action::{Action, Offer};
use crate::app::cx::{Cx, Facade, Flow};
use crate::app::screens::Behavior;
use crate::app::world::World;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {}

impl State {
    pub fn open(_cx: &mut Cx<'_>) -> Self {
        Self::default()
    }
}

impl Behavior for State {
    fn title(&self) -> String {
        "Sign in".to_owned()
    }

    fn facade(&self, _world: &World, _now: DateTime<Utc>) -> Facade {
        Facade { offers: vec![Offer::new(Action::Back)], typing: false }
    }

    fn act(&mut self, _action: Action, _cx: &mut Cx<'_>) -> Flow {
        Flow::Close // only Back is offered
    }
}

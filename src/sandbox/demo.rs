//! placeholder
pub(super) fn furnish(state: &mut super::world::State) {
    super::plain::furnish(state, false);
}

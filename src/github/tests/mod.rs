//! Hostile answers and the manners of the client on the wire.

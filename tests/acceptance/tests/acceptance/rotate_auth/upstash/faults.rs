//! Rotations of Upstash databases with a fault at every call of every step.

use crate::rotate_auth::matrix::every_fault;

every_fault!(a_rotation_by_acl, Flavour::UpstashAcl);
every_fault!(a_rotation_by_reset, Flavour::UpstashReset);

//! The function stopped at every call of every step, and every answer lost.

use super::matrix::at_every_call;

at_every_call!(a_rotation_survives_a_kill_just_before_every_call, What::KillBefore);
at_every_call!(a_rotation_survives_a_kill_just_after_every_call, What::KillAfter);
at_every_call!(a_rotation_survives_the_loss_of_every_answer, What::LoseAnswer);

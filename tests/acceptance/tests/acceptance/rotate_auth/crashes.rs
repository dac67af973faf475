//! The function stopped at every call of every step, and every answer lost.

use super::matrix::at_every_call;

at_every_call!(a_rotation_survives_a_kill_just_before_every_call, Flavour::ElasticacheAuth, What::KillBefore);
at_every_call!(a_rotation_survives_a_kill_just_after_every_call, Flavour::ElasticacheAuth, What::KillAfter);
at_every_call!(a_rotation_survives_the_loss_of_every_answer, Flavour::ElasticacheAuth, What::LoseAnswer);

at_every_call!(a_users_rotation_survives_a_kill_just_before_every_call, Flavour::ElasticacheUser, What::KillBefore);
at_every_call!(a_users_rotation_survives_a_kill_just_after_every_call, Flavour::ElasticacheUser, What::KillAfter);
at_every_call!(a_users_rotation_survives_the_loss_of_every_answer, Flavour::ElasticacheUser, What::LoseAnswer);

at_every_call!(
    a_serverless_rotation_survives_a_kill_just_before_every_call,
    Flavour::ElasticacheServerless,
    What::KillBefore
);
at_every_call!(
    a_serverless_rotation_survives_a_kill_just_after_every_call,
    Flavour::ElasticacheServerless,
    What::KillAfter
);
at_every_call!(
    a_serverless_rotation_survives_the_loss_of_every_answer,
    Flavour::ElasticacheServerless,
    What::LoseAnswer
);

//! What CodeDeploy sends a hook: two ids.

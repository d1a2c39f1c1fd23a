//! A deployment as CodeDeploy runs it: who, which versions, which strategy.

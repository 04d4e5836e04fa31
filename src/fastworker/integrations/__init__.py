"""FastWorker inside web frameworks: thin files, one per framework, each needing that framework and nothing more."""

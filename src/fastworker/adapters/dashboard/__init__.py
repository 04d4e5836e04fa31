"""The dashboard: the JSON API, the event stream and the page, served by the control plane itself."""

"""The dashboard in a browser: a small web server that gives each tab a dashboard of its own."""

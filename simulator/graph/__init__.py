"""The paths of the Graph API, by area."""

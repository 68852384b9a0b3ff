"""What a process needs before it can serve: settings, logs, the private Redis servers, the supervisor."""

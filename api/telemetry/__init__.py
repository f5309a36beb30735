"""Telemetry: what operators see of a running API: metrics, traces, and one log line a request."""

CREATE INDEX change_events_service ON change_events ((labels ->> 'service'), at);

/** Part of BinderHub's configuration (Python) that sends launch events to Google Cloud Logging; reads EVENT_LOG_NAME. */
export const EVENT_LOG_CONFIG = `import logging
import os

def cloud_handlers(event_log):
    import google.cloud.logging
    from google.cloud.logging.handlers import CloudLoggingHandler

    class NamelessHandler(CloudLoggingHandler):
        def emit(self, record):
            record.name = None
            return super().emit(record)

    # the client adds handlers to the root logger, which hide tornado's formatting
    logging.getLogger().handlers = []
    log_name = os.environ.get("EVENT_LOG_NAME", "") or "binderhub-events-text"
    return [NamelessHandler(google.cloud.logging.Client(), name=log_name)]

if os.environ.get("GOOGLE_APPLICATION_CREDENTIALS"):
    c.EventLog.handlers_maker = cloud_handlers
`;

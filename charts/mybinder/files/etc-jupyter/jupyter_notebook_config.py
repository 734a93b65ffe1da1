# The classic notebook pages of a session: where it came from, and what to do when its token is lost. No import but os: the
# image is the repository's own, with whatever Python and notebook it has.
import os


def url(variable):
    request = os.environ.get(variable, "")
    return os.environ.get("BINDER_LAUNCH_HOST", "") + request if request else ""


variables = {
    "binder_url": url("BINDER_REQUEST"),
    "persistent_binder_url": url("BINDER_PERSISTENT_REQUEST"),
    "repo_url": os.environ.get("BINDER_REPO_URL", ""),
    "ref_url": os.environ.get("BINDER_REF_URL", ""),
}
c = get_config()  # noqa: F821
for app in (c.ServerApp, c.NotebookApp):
    app.extra_template_paths = ["/etc/jupyter/templates"]
    app.jinja_template_vars = variables

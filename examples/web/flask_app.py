"""A Flask application that submits tasks and tells their results.

fastworker control-plane --task-modules documents
flask --app flask_app run
"""

from documents import count_words
from flask import Flask, request

from fastworker.integrations.flask import FastWorker

app = Flask(__name__)
app.config.from_prefixed_env()
fastworker = FastWorker(app)


@app.post("/documents")
def submit() -> tuple[dict[str, str], int]:
    """Submit the work and answer at once."""
    return {"task_id": count_words.submit_sync(request.get_data(as_text=True))}, 202


@app.get("/documents/<task_id>")
def result(task_id: str) -> dict[str, object]:
    """Tell what the task came to."""
    found = fastworker.client.get_task_result(task_id)
    return {"status": found.status, "result": found.result} if found else {"status": "pending"}

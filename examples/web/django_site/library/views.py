"""The views: they enqueue tasks and tell their results."""

from django.http import HttpRequest, JsonResponse
from django.tasks import default_task_backend
from django.tasks.exceptions import TaskResultDoesNotExist
from django.views.decorators.csrf import csrf_exempt

from .tasks import count_words, shout, write_letter


@csrf_exempt
def submit(request: HttpRequest) -> JsonResponse:
    """Enqueue the work and answer at once."""
    enqueued = count_words.enqueue(request.body.decode())
    return JsonResponse({"task_id": enqueued.id}, status=202)


@csrf_exempt
async def write(request: HttpRequest) -> JsonResponse:
    """Enqueue from asynchronous code, for another queue."""
    enqueued = await write_letter.aenqueue(request.body.decode())
    return JsonResponse({"task_id": enqueued.id}, status=202)


@csrf_exempt
def write_now(request: HttpRequest) -> JsonResponse:
    """Submit a FastWorker task from a view that may wait."""
    return JsonResponse({"result": shout.submit_sync(request.body.decode()).get(timeout=10)})


def result(request: HttpRequest, task_id: str) -> JsonResponse:
    """Tell what the task came to."""
    try:
        found = default_task_backend.get_result(task_id)
    except TaskResultDoesNotExist as error:
        return JsonResponse({"error": str(error)}, status=404)
    errors = [error.exception_class_path for error in found.errors]
    value = found.return_value if found.is_finished and not errors else None
    return JsonResponse({"status": found.status, "args": found.args, "result": value, "errors": errors})

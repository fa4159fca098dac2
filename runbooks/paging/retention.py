"""Who was called for what, by which number, has an age."""

from datetime import datetime

from runbooks.models import Matter, Summons

BATCH_SIZE = 500


def forget_matters(older_than: datetime) -> int:
    """Matters that ended before, with their pages and the words to people; returns matters."""
    overdue = Matter.objects.filter(ended_at__lt=older_than).order_by("pk")
    total = 0
    while keys := list(overdue.values_list("pk", flat=True)[:BATCH_SIZE]):
        Matter.objects.filter(pk__in=keys).delete()
        total += len(keys)
    Summons.objects.filter(at__lt=older_than, notices=None).delete()
    return total

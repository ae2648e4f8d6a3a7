from django.shortcuts import get_object_or_404, render

from .models import Book


def index(request):
    return render(request, "catalog/index.html", {"books": Book.objects.all()[:50]})


def detail(request, isbn):
    return render(request, "catalog/detail.html", {"book": get_object_or_404(Book, isbn=isbn)})

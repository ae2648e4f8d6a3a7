from django.urls import path

from . import views

urlpatterns = [
    path("", views.index, name="index"),
    path("book/<slug:isbn>/", views.detail, name="detail"),
]

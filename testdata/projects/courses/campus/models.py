from django.db import models


class School(models.Model):
    host = models.CharField(max_length=80)
    name = models.CharField(max_length=80)
    schema = models.CharField(max_length=40)


class ApiKey(models.Model):
    key = models.CharField(max_length=40)


class Use(models.Model):
    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE)
    status = models.IntegerField()

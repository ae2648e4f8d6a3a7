from django.db import models


class Patient(models.Model):
    number = models.CharField(max_length=12)


class AuditEntry(models.Model):
    patient = models.ForeignKey(Patient)
    user = models.ForeignKey("auth.User")
    status = models.IntegerField()

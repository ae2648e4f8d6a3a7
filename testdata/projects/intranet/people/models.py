# -*- coding: utf-8 -*-
from django.contrib.auth.models import User
from django.db import models


class Department(models.Model):
    name = models.CharField(max_length=100)
    members = models.ManyToManyField(User)

    def __unicode__(self):
        return self.name

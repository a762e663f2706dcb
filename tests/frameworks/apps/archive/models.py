from django.db import models


class Document(models.Model):
    title = models.CharField(max_length=80)
    content = models.FileField(upload_to="documents", blank=True)

    def __str__(self):
        return self.title

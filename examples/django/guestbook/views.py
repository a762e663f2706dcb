"""The page of the guest book."""

from django.forms import ModelForm, Textarea
from django.shortcuts import redirect, render

from .models import Entry


class EntryForm(ModelForm):
    class Meta:
        model = Entry
        fields = ["name", "message"]
        widgets = {"message": Textarea(attrs={"rows": 3})}


def entries(request):
    """Shows the newest entries; takes a new one."""
    form = EntryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect("entries")
    return render(request, "guestbook/entries.html", {"form": form, "entries": Entry.objects.all()[:20]})

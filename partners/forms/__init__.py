"""Input about partners, seats and partnerships; the views pass what is clean to one service each."""

from partners.forms.chats import ChatForm
from partners.forms.organizations import AddPartnerForm, DirectoryForm, ProfileForm
from partners.forms.partnerships import PartnershipForm, StartForm
from partners.forms.seats import InviteForm, RoleForm

__all__ = [
    "AddPartnerForm",
    "ChatForm",
    "DirectoryForm",
    "InviteForm",
    "PartnershipForm",
    "ProfileForm",
    "RoleForm",
    "StartForm",
]

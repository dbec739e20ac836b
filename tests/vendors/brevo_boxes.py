"""The boxes of Brevo's article, section by section in its order: area, key, and the label that it has there."""

# ruff: noqa: E501, RUF001 - labels are as the vendor prints them, long and with typographic apostrophes

from __future__ import annotations

BOXES: dict[str, tuple[str, dict[str, str]]] = {
    "contacts": (
        "general",
        {
            "contacts.view": "Afficher les contacts",
            "contacts.create_edit_delete": "Créer/modifier/supprimer des contacts",
            "contacts.import": "Importer des contacts",
            "contacts.export": "Exportation des contacts",
            "contacts.lists_segments_attributes": "Gestion des listes, des segments et des attributs",
            "contacts.forms": "Formulaires de contact",
        },
    ),
    "companies": (
        "general",
        {
            "companies.manage_owned": "Créer/modifier/supprimer des entreprises détenues",
            "companies.manage_others": "Gérer les entreprises d’autres utilisateurs",
            "companies.settings": "Paramètres des entreprises",
        },
    ),
    "users": (
        "general",
        {
            "users.manage": "Gestion des utilisateurs",
        },
    ),
    "senders": (
        "general",
        {
            "senders.manage": "Gestion des expéditeurs",
            "domains.manage": "Gestion des domaines",
            "dedicated_ips.manage": "Gestion des IP dédiées",
        },
    ),
    "billing": (
        "general",
        {
            "billing.manage": "Offre, facturation et paiement",
        },
    ),
    "smtp_api": (
        "general",
        {
            "smtp": "SMTP",
            "api_keys": "Clés API",
            "authorized_ips": "IP autorisées",
        },
    ),
    "transactional": (
        "general",
        {
            "transactional.settings": "Emails transactionnels : accès à toutes les pages/gestion des paramètres",
            "transactional.logs": "Emails transactionnels : aperçu/renvoi/suppression des logs",
        },
    ),
    "email": (
        "marketing",
        {
            "email_campaigns.create_edit_delete": "Campagne email : créer/modifier/supprimer",
            "email_campaigns.send": "Campagne email : envoyer/planifier/suspendre",
        },
    ),
    "sms": (
        "marketing",
        {
            "sms_campaigns.create_edit_delete": "Campagne SMS : créer/modifier/supprimer",
            "sms_campaigns.send": "Campagne SMS : envoyer/planifier/suspendre",
        },
    ),
    "templates": (
        "marketing",
        {
            "templates.create_edit_delete": "Templates : créer/modifier/supprimer",
            "templates.activate": "Templates : activer/désactiver",
        },
    ),
    "automations": (
        "marketing",
        {
            "automations.create_edit_delete_share": "Scénarios d’automatisation : créer/modifier/supprimer/partager",
            "automations.activate": "Scénarios d’automatisation : activer/désactiver/suspendre",
            "automations.settings": "Scénarios d’automatisation : paramètres",
        },
    ),
    "landing_pages": (
        "marketing",
        {
            "landing_pages": "Landing pages",
        },
    ),
    "push": (
        "marketing",
        {
            "push.view": "Push : afficher",
            "push.create_edit_delete": "Push : créer/modifier/supprimer",
            "push.send": "Push : envoyer",
            "push.settings": "Push : mise en place et paramètres du projet",
            "push.segments": "Push : segments push",
        },
    ),
    "deals": (
        "sales",
        {
            "deals.create_edit": "Opportunités : créer/modifier des opportunités",
            "deals.delete_owned": "Opportunités : supprimer des opportunités détenues",
            "deals.manage_others": "Opportunités : gérer les opportunités et les tâches d’autres utilisateurs",
            "deals.reports": "Opportunités : rapports",
            "deals.settings": "Opportunités : paramètres",
        },
    ),
    "sequences": (
        "sales",
        {
            "sequences": "Toutes les fonctionnalités de séquences",
        },
    ),
    "conversations": (
        "sales",
        {
            "conversations.chats": "Conversations : afficher tous les chats/choisir de nouveaux chats/gérer les chats attribués",
            "conversations.settings": "Conversations : gérer les paramètres/l’installation",
        },
    ),
    "phone": (
        "sales",
        {
            "phone": "Toutes les fonctionnalités de téléphone",
        },
    ),
    "meetings": (
        "sales",
        {
            "meetings": "Toutes les fonctionnalités de rendez-vous",
        },
    ),
}

from flask import Blueprint

bp = Blueprint("wallets", __name__)

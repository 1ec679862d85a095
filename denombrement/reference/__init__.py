"""Codes and labels that others decide: ETHOS Light, communes, population."""

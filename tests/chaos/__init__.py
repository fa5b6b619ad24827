"""Whether anything is lost or done twice when everything dies: `make chaos`."""

//! Frameworks from PyPI, deployed as their own manuals say: each serves a page, takes a form and takes a file. And the
//! examples of this repository, also under the eyes of `wsgiref.validate`; and bodies too large to be kept in memory.

mod bottle;
mod browser;
mod checksum;
mod cherrypy;
mod django;
mod django_sites;
mod example_site;
mod examples;
mod falcon;
mod flask;
mod guide;
mod page;
mod pyramid;
mod tour;
mod transfer;
mod two_tenants;
mod webpy;
mod werkzeug;

//! Two Django sites in one process, each with settings of its own.

use std::thread;

use clutch_tests::support::{Httpd, Plan, reference};

use super::tour;

/// What every `wsgi.py` that Django makes says of the settings: only if the environment does not name some already.
const SCRIPT: &str = "import os, sys
sys.path.insert(0, os.path.dirname(__file__))
os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'SITE.settings')
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
";

const SETTINGS: &str = "SECRET_KEY = 'of SITE'
ALLOWED_HOSTS = ['*']
ROOT_URLCONF = 'shared_urls'
TIME_ZONE = 'UTC'
HEADLINE = 'this is SITE'
LOGGING = {
    'version': 1,
    'handlers': {'stderr': {'class': 'logging.StreamHandler'}},
    'loggers': {'django.request': {'handlers': ['stderr'], 'level': 'ERROR'}},
}
";

const URLS: &str = "import os
from django.conf import settings
from django.http import HttpResponse
from django.urls import path
def title(request):
    named = os.environ['DJANGO_SETTINGS_MODULE']
    return HttpResponse(f'{settings.HEADLINE}, {settings.SECRET_KEY}, {named}, {os.getpid()}')
urlpatterns = [path('title', title)]
";

const SITES: [&str; 2] = ["red", "blue"];

fn plan(test: &str) -> Option<Plan> {
    let venv = tour::packages(test, "Django", "django")?;
    let plan = tour::server(&venv).script("shared_urls.py", URLS);
    Some(SITES.iter().fold(plan, |plan, site| {
        plan.script(&format!("{site}.wsgi"), &SCRIPT.replace("SITE", site))
            .script(
                &format!("{site}/settings.py"),
                &SETTINGS.replace("SITE", site),
            )
            .config(&format!("WSGIScriptAlias /{site} ${{APP}}/{site}.wsgi"))
    }))
}

/// Checks what a site says of itself, and gives the number of the process that said it.
fn process_of(httpd: &Httpd, site: &str) -> u32 {
    let answer = httpd.get(&format!("/{site}/title")).ok().to_owned();
    let own = format!("this is {site}, of {site}, {site}.settings, ");
    let process = answer.strip_prefix(&own);
    process
        .unwrap_or_else(|| panic!("{answer:?} is what {site} says"))
        .parse()
        .unwrap()
}

#[test]
fn two_django_sites_in_one_process_have_their_own_settings() {
    let test = "two_django_sites_in_one_process_have_their_own_settings";
    if !reference::ours_only(test, "its second site has the settings of the first") {
        return;
    }
    for isolation in ["shared-gil", "auto"] {
        let Some(plan) = plan(test) else {
            return;
        };
        let httpd = plan.config(&format!("ClutchIsolation {isolation}")).start();
        let mut processes: Vec<u32> = thread::scope(|scope| {
            let first = SITES.map(|site| scope.spawn(|| process_of(&httpd, site)));
            first.map(|one| one.join().unwrap()).to_vec()
        });
        for site in SITES.into_iter().cycle().take(6) {
            processes.push(process_of(&httpd, site));
        }
        processes.dedup();
        assert_eq!(processes.len(), 1, "{isolation}");
    }
}

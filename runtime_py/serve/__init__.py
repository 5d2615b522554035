"""The web app (apps_reference/web), built into runtime_py/web/, and the browser that runs it.

site        which file lies at which address
server      serves a site on this machine, with the headers that threads need
run         artefacts in, a server of the app out
commands    `skinseg-mobile serve`
browser     a Chromium without a window
page        the app's engine page in such a browser, asked for one result after another
"""

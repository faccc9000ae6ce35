import threading
from werkzeug.serving import make_server
from tests.harness.paper import *
from tests.harness.browser import axe, overflow
from models.enums import Role
from models.district import Area
from tests.harness.projects import make_district
from tests.views.office.test_paper import paper_data
from views.office import paper_prints
from views import documents
from views.office.paper_prints import voters_data
from budget.paper import people
from datetime import date

def test_shots(app, now, new_page):
    with database_of(app).writing() as s: make_district(s)
    open_paper_vote(app, now, envelopes=2)
    chief, ann, bek, cem = member(app,"chief",Role.COORDINATOR), member(app,"ann"), member(app,"bek"), member(app,"cem")
    base_o, base_d = OFFICE.replace("/en","/kk"), DESK.replace("/en","/kk")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.port}"
    def shoot(client, path, name, act=None):
        who = client.get_cookie("who").value
        for width in (360, 1280):
            page = new_page(base_url=url, viewport={"width": width, "height": 800})
            page.context.add_cookies([{"name":"who","value":who,"url":url}])
            page.goto(path)
            if act: act(page)
            page.screenshot(path=f"/tmp/shots/{name}-{width}.png", full_page=True)
            if width==360:
                bad = axe(page)+overflow(page)
                print(name, bad)
            page.context.close()
    shoot(chief, base_o, "o-empty")
    b = issue(app, 120)
    b2 = issue(app, 126, first=121)
    hand_out(ann, b); hand_out
    enter(ann, b, "1 1", "2 2", "3 -", "4 x late", "9 0")
    enter(bek, b, "1 1", "2 4", "3 -", "4 x late")
    for c in (ann, bek): enter(c, b2, *[f"{n} -" for n in range(121,127)])
    shoot(chief, "/kk/office/cycles/test-2027", "o-cycle")
    shoot(chief, base_o, "o-list")
    shoot(chief, base_o+"/issue", "o-issue")
    shoot(chief, base_o+"/voters", "o-voters")
    shoot(chief, f"{base_o}/batches/{b}", "o-batch")
    shoot(chief, f"{base_o}/batches/{b2}", "o-batch2")
    shoot(chief, f"{base_o}/batches/{b2}/close", "o-close")
    shoot(cem, "/kk/desk", "d-home")
    shoot(cem, base_d, "d-list")
    def bad_iin(page):
        page.fill("#iin","990230990005"); page.check("#seen"); page.click(".pb-form .govuk-button")
    shoot(cem, f"{base_d}/{b}/hand-out", "d-hand", bad_iin)
    def lines(page):
        page.fill("#lines","12 1 3\n13 x\nабв\n14 99\n15 1 2 3 4"); page.click(".pb-form .govuk-button")
    shoot(cem, f"{base_d}/{b}/enter", "d-enter", lines)
    shoot(cem, f"{base_d}/{b}/one", "d-one")
    shoot(cem, f"{base_d}/{b}/differences", "d-diff")
    shoot(cem, f"{base_d}/{b}/differences/2", "d-settle")
    server.shutdown()
    d = paper_data(app, 7, 8)
    out = documents.compiled("ballot_paper", d).compile(format="png", ppi=90)
    for i,o in enumerate(out): open(f"/tmp/shots/paper{i}.png","wb").write(o)
    from budget import cycles
    rows=[people.Listed(f"{n//40+180}-көше" if n<60 else "Есенберлин көшесі", str(n%20+1), date(1960+n%40,1,1+n%28)) for n in range(110)]
    with database_of(app).reading() as s:
        c=cycles.by_slug(s,"test-2027")
        out = documents.compiled("voter_list", voters_data(c,None,rows)).compile(format="png", ppi=90)
    for i,o in enumerate(out): open(f"/tmp/shots/list{i}.png","wb").write(o)
    import time; rows=[people.Listed(f"{n//100}-көше", str(n%100), date(1980,1,1)) for n in range(5000)]
    t=time.time(); documents.pdf("voter_list", voters_data(c,None,rows)); print("5000 voters", time.time()-t)

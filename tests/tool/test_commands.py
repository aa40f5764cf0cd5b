from tests.tool.learning import solve

# hint


def test_hints_come_one_at_a_time_then_all_again_with_the_way_to_the_answer(kata):
    outputs = [kata("hint", "total") for _ in range(4)]

    assert outputs[0].stdout == "numbers.total, hint 1 of 2: What is the sum of nothing?\n"
    assert outputs[1].stdout.startswith("numbers.total, hint 2 of 2: ")
    assert outputs[2].stdout == outputs[0].stdout + outputs[1].stdout
    assert outputs[3].stdout == outputs[2].stdout
    assert "kata solution numbers.total" in outputs[2].stderr
    assert [output.stderr for output in outputs[:2]] == ["", ""]


def test_hint_without_a_name_is_on_the_current_kata(kata, fake, toy):
    assert "numbers.double, hint 1 of 1" in kata("hint").stdout
    solve(toy, "numbers")
    kata()
    with toy.exercise("numbers").open("a") as out:
        out.write("# an edit does not send the learner back\n")

    assert "boxes.Box, hint 1 of 2" in kata("hint").stdout


# solution


def test_solution_waits_for_the_learner_and_shows_it_to_who_insists(kata, fake, toy):
    refused = kata("solution", "double")
    insisted = kata("solution", "double", "--anyway")

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "kata hint numbers.double" in refused.stderr
    assert insisted.exit_code == 0
    assert insisted.stdout.startswith("def double(x: Tensor) -> Tensor:\n")
    assert insisted.stdout.endswith("    return torch.mul(x, _FACTOR)\n")
    assert "solutions/numbers.py:11" in insisted.stderr


def test_solution_stays_open_once_a_kata_has_passed(kata, fake, toy):
    solve(toy, "numbers")
    kata("run", "double")
    toy.exercise("numbers").write_text("broken(")

    assert kata("solution", "double").exit_code == 0
    assert kata("solution", "total").exit_code == 1


# stubs


def test_stubs_check_is_quiet_when_all_is_well(kata):
    result = kata("stubs", "--check")

    assert (result.exit_code, result.output) == (0, "")


def test_stubs_check_shows_a_difference_and_writes_nothing(kata, toy):
    solve(toy, "numbers")
    before = toy.exercise("numbers").read_bytes()

    result = kata("stubs", "--check")

    assert result.exit_code == 1
    assert '+    raise NotImplementedError("numbers.double")' in result.stdout
    assert "kata stubs" in result.stderr
    assert toy.exercise("numbers").read_bytes() == before


def test_stubs_writes_what_differs_and_keeps_work(kata, toy):
    solve(toy, "numbers")
    work = toy.exercise("numbers").read_bytes()

    result = kata("stubs")

    assert result.stdout == "exercises/numbers.py\n"
    assert kata("stubs", "--check").exit_code == 0
    [backup] = (toy.state / "backups").iterdir()
    assert backup.read_bytes() == work
    assert backup.name in result.stderr


def test_stubs_of_one_topic(kata, toy):
    solve(toy, "numbers")
    solve(toy, "boxes")

    assert kata("stubs", "boxes").stdout == "exercises/boxes.py\n"
